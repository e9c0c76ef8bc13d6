"""What the tests share: the table of hosts, Docker, a kernel that is played."""
