"""The ports that nodes of tests get: nobody else may take one between its choice and the node's start."""

import subprocess
import sys
from pathlib import Path

import pytest
from node import free_port

OTHER_WORKER = "from node import free_port; print(*(free_port() for _ in range(200)), flush=True); input()"


def test_workers_beside_each_other_are_never_given_the_same_port():
    command, here = [sys.executable, "-c", OTHER_WORKER], Path(__file__).parent
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    workers = [subprocess.Popen(command, cwd=here, **pipes) for _ in range(3)]
    ports = [int(port) for worker in workers for port in worker.stdout.readline().split()]
    ports += [free_port() for _ in range(200)]
    for worker in workers:
        worker.communicate()
    assert len(ports) == len(set(ports)) == 800


def test_no_connection_is_given_a_port_that_a_node_gets():
    first_of_connections = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    if first_of_connections < 20_000:
        pytest.skip(f"this kernel gives connections ports from {first_of_connections} on")
    assert all(1024 <= free_port() < first_of_connections for _ in range(200))
