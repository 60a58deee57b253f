# SPDX-License-Identifier: Apache-2.0
"""The miniature internet in which Postern is tested: network.py builds it, dns.py and blocklists.py fill it, scenario.py plays."""
