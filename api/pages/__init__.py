"""Pages for people: plain HTML made here, without script and without outside assets."""
