"""Review of rules: the laws that hold for every policy, and what a change would break."""
