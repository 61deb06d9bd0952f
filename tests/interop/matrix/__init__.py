"""The matrix of tools: real programs, each in a real exchange, on the kernel and on the stack."""
