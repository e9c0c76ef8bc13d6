"""Every node's address, from a Docker Swarm: an extra of the package, which the executable leaves out."""
