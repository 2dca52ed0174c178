"""The world as a grid of tiles, one a Party: a small island counts as much as a continent.

Places were set by hand so that neighbours stay near each other. It shows who, not where the borders are.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

_GRID: Final = """
.   .   .   .   .   .   .   .   ISL .   .   .   NOR SWE FIN .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
CAN .   .   .   .   .   .   .   IRL GBR .   .   DNK .   EST .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
USA .   .   .   .   .   .   .   .   .   NLD DEU POL LTU LVA .   .   RUS .   .   .   .   .   .   .   .   .   .   .   .
.   .   .   .   .   .   .   .   EUU BEL LUX LIE CZE SVK BLR .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
.   .   .   .   .   .   .   .   .   FRA CHE AUT HUN ROU MDA UKR .   .   KAZ .   .   MNG .   .   .   .   .   .   .   .
MEX .   CUB BHS .   .   .   .   PRT ESP MCO SVN HRV SRB BGR .   GEO AZE UZB KGZ .   .   .   .   .   .   .   .   .   .
GTM BLZ JAM HTI DOM KNA ATG .   .   AND ITA SMR BIH MNE MKD TUR ARM TKM TJK .   .   CHN .   PRK .   JPN .   .   .   .
SLV HND .   .   .   .   DMA .   .   .   .   MLT .   ALB GRC CYP SYR IRQ IRN AFG PAK NPL BTN KOR .   .   .   .   .   .
.   NIC .   .   .   VCT LCA .   .   .   .   .   .   .   .   LBN JOR KWT BHR .   .   IND BGD MMR LAO VNM .   .   .   .
.   CRI PAN .   .   GRD BRB .   .   MAR DZA TUN LBY EGY .   ISR PSE SAU QAT ARE .   LKA .   THA KHM PHL .   PLW .   .
.   .   COL VEN TTO .   .   CPV MRT MLI BFA NER TCD SDN ERI DJI .   YEM OMN .   MDV .   .   MYS BRN .   .   FSM MHL .
.   .   ECU GUY SUR .   .   GMB SEN GIN GHA BEN NGA SSD ETH SOM .   .   .   .   .   .   .   SGP IDN TLS PNG NRU KIR .
.   .   PER BRA .   .   .   GNB SLE LBR CIV TGO CMR CAF UGA KEN .   .   .   .   .   .   .   .   .   .   SLB TUV WSM COK
.   .   BOL PRY .   .   .   .   .   .   STP GNQ GAB COD RWA TZA .   SYC .   .   .   .   .   .   .   AUS VUT FJI TON NIU
.   .   CHL ARG URY .   .   .   .   .   .   .   COG ZMB BDI MWI COM .   .   .   .   .   .   .   .   .   .   .   .   .
.   .   .   .   .   .   .   .   .   .   .   .   AGO ZWE MOZ .   MDG MUS .   .   .   .   .   .   .   .   .   NZL .   .
.   .   .   .   .   .   .   .   .   .   .   .   NAM BWA SWZ .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
.   .   .   .   .   .   .   .   .   .   .   .   .   ZAF LSO .   .   .   .   .   .   .   .   .   .   .   .   .   .   .
"""


@dataclass(frozen=True, slots=True)
class Tile:
    """The place of a country or Party on the grid."""

    country: str
    column: int
    row: int


@cache
def tiles() -> tuple[Tile, ...]:
    """All tiles, row by row."""
    rows = _GRID.strip().splitlines()
    return tuple(
        Tile(country, column, row)
        for row, line in enumerate(rows)
        for column, country in enumerate(line.split())
        if country != "."
    )


COLUMNS: Final = 30
ROWS: Final = 18
