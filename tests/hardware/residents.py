"""The people whom the tests call: one for every way a call can go."""

from hardware.base import Pickup, Resident, Utterance

ANSWERING, REFUSING, LEAVING = "08182101001", "08182101002", "08182101003"
RINGING, BUSY, VACANT, POWERED_OFF = "08182101004", "08182101005", "08182101006", "13500001007"
NOBODY = "08189999999"

SAYS = {
    "age": Utterance("四十七", "47", 1.5),
    "A1": Utterance("八分吧", "8", 1.25),
    "A2": Utterance("不了解", "98", 2.0),
}

PEOPLE = (
    Resident(ANSWERING, Pickup.ANSWERS, 6.0, SAYS),
    Resident(REFUSING, Pickup.ANSWERS, 3.0, SAYS, refuses_at="age"),
    Resident(LEAVING, Pickup.ANSWERS, 10.25, SAYS, hangs_up_at="A2"),
    Resident(RINGING, Pickup.RINGS_OUT),
    Resident(BUSY, Pickup.BUSY),
    Resident(VACANT, Pickup.VACANT),
    Resident(POWERED_OFF, Pickup.POWERED_OFF),
)
RESIDENTS = {person.number: person for person in PEOPLE}
