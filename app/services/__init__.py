"""What can be done with the desk: one use case, one function, one transaction, one audit event."""
