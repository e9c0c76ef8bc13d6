"""Tests of the image in throwaway containers. They need a Docker engine, and the images that script/test builds.

What is asked, and where:

    test_hosts              the table of hosts
    test_commands           the commands and flags of the image, by itself and in other images
    test_exec, test_wait    `exec` and its command; `--wait` on a host that boots; test_watch: `watch` and `check`
    test_networks           networks that are not a host's, and what says that one is
    test_ask_provider       metadata services of providers, and that nobody else is asked
    test_contents           what is in the image; test_builds, test_supply: how it is made
    test_faults             what is denied, exhausted, missing or odd; test_memory: too little of it
    test_moments            hosts that change while they are read
    test_docs_commands      the code blocks of the pages
    test_examples           the examples of a swarm and of Kubernetes; test_tools: those for tools of one host
    test_swarm              `racknet cluster`; test_publish: a registry
    test_engines            other engines than Docker
    test_packages           the ways to install; test_workflows: what the forge runs
    test_comparison_page    docs/comparison.md

Those that are marked `all` are left to script/test --all.
"""
