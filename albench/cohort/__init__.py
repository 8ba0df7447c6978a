"""Cohorts: modalities joined on subject, their candidates, splits and cached features."""
