"""Why and how, beside whether: milestones, and measures of how things were done."""
