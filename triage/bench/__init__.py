"""Labelled data in, predictions and error rates out: how well the extractors do, in numbers a court can read."""
