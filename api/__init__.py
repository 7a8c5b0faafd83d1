"""HTTP and pages: asks the domain and computes nothing."""
