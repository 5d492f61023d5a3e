"""What SREs watch: metrics and logs."""
