"""Faults on purpose: a network that cuts and delays, crashes at a chosen point, a world in which time is simulated."""
