"""Measurements: how long things take, always beside a floor measured in the same run. None of them is a test."""
