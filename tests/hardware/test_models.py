"""The table of chips and modules: each is recognised, its codings are read by name, and the hardware guide says the same."""

import struct
from pathlib import Path

import numpy as np
import pytest

from hardware import models
from hardware.g711 import ULAW_DECODE, ULAW_ENCODE
from hardware.models import Codec

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("answers", "key"),
    [
        ("U.S. Robotics 56K FAX USB V6.12.12", "usr"),
        ("ZOOM 3095", "zoom"),
        ("MT9234MU", "multitech"),
        ("56000", "conexant"),
        ("CX93001-EIS_V0.2002-V92", "conexant"),
        ("AEIGPM560LKTF1  Voice V2 V92cap", "v253"),
        ("something nobody knows", "v253"),
    ],
)
def test_a_modem_is_recognised_by_what_it_says(answers: str, key: str) -> None:
    assert models.modem(answers).key == key


@pytest.mark.parametrize(
    ("answers", "key"),
    [
        ("Manufacturer: SIMCOM INCORPORATED Model: SIMCOM_SIM7600CE-T", "simcom-7600"),
        ("A7670C-FASE", "simcom-a7670"),
        ("Quectel EC20F Revision: EC20CEFHLGR06A03M1G", "quectel-lte"),
        ("huawei E173", "huawei"),
        ("ZTE MF190", "27007"),
    ],
)
def test_a_module_is_recognised_by_what_it_says(answers: str, key: str) -> None:
    assert models.module(answers).key == key


def test_an_unknown_model_asked_for_by_name_is_an_error_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="usr"):
        models.modem("", "usrobotic")


def test_the_same_number_is_another_coding_on_another_chip() -> None:
    assert (
        models.codecs(['130,"8-BIT ALAW",(8000)', '128,"8-BIT LINEAR",(7200,8000,11025)'])[0].coding == "alaw"
    )
    assert models.codecs(['130,"UNSIGNED PCM",8,0,(7200,8000),(0),(0)'])[0].coding == "linear"
    assert models.codecs(['129,"16-BIT LINEAR",(8000)', '129,"IMA ADPCM",4,0,8000,0,0', "garbage"]) == []


@pytest.mark.parametrize("coding", ["alaw", "ulaw", "linear", "signed"])
def test_samples_survive_their_coding(coding: str) -> None:
    samples = (np.sin(np.arange(8000) / 7) * 20_000).astype("<i2")
    codec = Codec("", coding)
    back = np.frombuffer(codec.decode(codec.encode(samples.tobytes())), "<i2").astype(int)
    assert np.abs(back - samples).max() <= (520 if coding.endswith("law") else 256)


def test_mulaw_is_the_standard_s() -> None:
    """Reference points of ITU-T G.711 table 2a, 16-bit as in G.191."""
    codes = [ULAW_ENCODE[value & 0xFFFF] for value in (0, -1, 32767, -32768)]
    assert codes == [0xFF, 0x7F, 0x80, 0x00]
    assert [int(ULAW_DECODE[code]) for code in (0xFF, 0x80, 0x00)] == [0, 32124, -32124]
    every = np.frombuffer(struct.pack("<65536h", *range(-32768, 32768)), "<u2")
    again = ULAW_ENCODE[ULAW_DECODE[ULAW_ENCODE[every]].view(np.uint16)]
    assert ((again == ULAW_ENCODE[every]) | (ULAW_ENCODE[every] == 0x7F)).all()


def test_the_hardware_guide_has_the_same_table_and_claims_no_real_device() -> None:
    guide = (ROOT / "resources/docs/hardware.md").read_text("utf-8")
    assert guide.endswith("\n".join(models.compatibility()) + "\n")
    for each in (*models.modems(), *models.modules()):
        assert "not tried on real hardware" in each.tried or "http" in each.tried
