"""What keeps a miner from being asked by the subnet of today, or from being paid."""

from touchline.turbovision.doctor.checks import checks_of_today
from touchline.turbovision.doctor.subnet import Subnet, SubnetWorld

__all__ = ["Subnet", "SubnetWorld", "checks_of_today"]
