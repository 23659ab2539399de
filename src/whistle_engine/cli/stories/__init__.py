"""Stories on the command line: played, told as a timeline, and held against what they expect."""
