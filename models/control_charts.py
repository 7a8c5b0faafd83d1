"""Whether a point or a run stands out: funnels and process charts."""
