"""The common procurement vocabulary (CPV): the 45 divisions of its codes in words.

Source: Commission Regulation (EC) No 213/2008 of 28 November 2007, Annex I, main vocabulary: the codes that end in six
zeros. Names as they stand there, their spelling evened out.
"""

import re
from types import MappingProxyType

DIVISIONS = MappingProxyType(
    {
        "03": "Agricultural, farming, fishing, forestry and related products",
        "09": "Petroleum products, fuel, electricity and other sources of energy",
        "14": "Mining, basic metals and related products",
        "15": "Food, beverages, tobacco and related products",
        "16": "Agricultural machinery",
        "18": "Clothing, footwear, luggage articles and accessories",
        "19": "Leather and textile fabrics, plastic and rubber materials",
        "22": "Printed matter and related products",
        "24": "Chemical products",
        "30": "Office and computing machinery, equipment and supplies except furniture and software packages",
        "31": "Electrical machinery, apparatus, equipment and consumables; lighting",
        "32": "Radio, television, communication, telecommunication and related equipment",
        "33": "Medical equipment, pharmaceuticals and personal care products",
        "34": "Transport equipment and auxiliary products to transportation",
        "35": "Security, fire-fighting, police and defence equipment",
        "37": "Musical instruments, sport goods, games, toys, handicraft, art materials and accessories",
        "38": "Laboratory, optical and precision equipment (excluding glasses)",
        "39": "Furniture, furnishings, domestic appliances (excluding lighting) and cleaning products",
        "41": "Collected and purified water",
        "42": "Industrial machinery",
        "43": "Machinery for mining, quarrying, construction equipment",
        "44": "Construction structures and materials; auxiliary products to construction (except electric apparatus)",
        "45": "Construction work",
        "48": "Software package and information systems",
        "50": "Repair and maintenance services",
        "51": "Installation services (except software)",
        "55": "Hotel, restaurant and retail trade services",
        "60": "Transport services (excluding waste transport)",
        "63": "Supporting and auxiliary transport services; travel agencies services",
        "64": "Postal and telecommunications services",
        "65": "Public utilities",
        "66": "Financial and insurance services",
        "70": "Real estate services",
        "71": "Architectural, construction, engineering and inspection services",
        "72": "IT services: consulting, software development, internet and support",
        "73": "Research and development services and related consultancy services",
        "75": "Administration, defence and social security services",
        "76": "Services related to the oil and gas industry",
        "77": "Agricultural, forestry, horticultural, aquacultural and apicultural services",
        "79": "Business services: law, marketing, consulting, recruitment, printing and security",
        "80": "Education and training services",
        "85": "Health and social work services",
        "90": "Sewage, refuse, cleaning and environmental services",
        "92": "Recreational, cultural and sporting services",
        "98": "Other community, social and personal services",
    }
)

# A whole code, with or without its check digit, or how codes begin.
_CODE = re.compile(r"[0-9]{2,8}|[0-9]{8}-[0-9]")


def division_of(code: str | None) -> str | None:
    """The division of a code in words: `45233222`, `45233222-1` and `45` are “Construction work”.

    None for what is no code of the vocabulary.
    """
    text = (code or "").strip()
    return DIVISIONS.get(text[:2]) if _CODE.fullmatch(text) else None


def with_division(code: str) -> str:
    """The code with its division, “45233222 (Construction work)”; any other text as it is."""
    division = division_of(code)
    return code if division is None else f"{code} ({division})"
