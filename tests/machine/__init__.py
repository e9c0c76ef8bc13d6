"""Virtual machines: racknet on booted kernels, with NICs that have drivers. script/kernels sees to what they need.

cases.py         the table of hosts
init.sh          process 1 of a machine: sets up each host of the table, asks racknet and `ip`, cleans up
boot.py          makes an initramfs of these, of racknet and of modules; boots it in QEMU; reads the results
test_machine.py  compares
"""
