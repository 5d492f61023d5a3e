"""The pure core: facts in, decisions out. No clock, no IO, no logging, no randomness.

The door is `scoring.advance.advance`; `scoring.policy.Policy` is what it is judged by.
"""
