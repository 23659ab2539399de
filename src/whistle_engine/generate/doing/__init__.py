"""What people do, one function for each thing: from a scene to a turn, a later look, or nothing."""
