"""Hostile input: whatever comes in, a clear error or an answer, in bounded time and memory."""
