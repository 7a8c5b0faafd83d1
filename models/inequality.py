"""How unequal areas are."""
