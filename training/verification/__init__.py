"""The student verifier: which crops it learns from, training and evaluation."""
