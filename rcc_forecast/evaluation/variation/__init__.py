"""How much of the differences between authorities goes together with what is known of them."""
