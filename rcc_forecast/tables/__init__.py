"""Tables that are filed, flow between stages, or are handed out: one declaration each."""
