"""Prices as an English-speaking shopper reads them; called by the search page's view."""

_SIGNS = {
    "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩",
    "AUD": "A$", "CAD": "CA$", "NZD": "NZ$", "HKD": "HK$", "SGD": "S$", "MXN": "MX$", "BRL": "R$",
    "ILS": "₪", "VND": "₫", "NGN": "₦", "UAH": "₴", "TRY": "₺", "PHP": "₱", "PLN": "zł",
}  # fmt: skip
_AFTER = frozenset({"VND", "PLN"})

# ISO 4217 minor units, where they are not two.
_DECIMALS = {
    **dict.fromkeys(("JPY", "KRW", "VND", "CLP", "ISK", "PYG", "UGX", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def format_price(price: float, currency: str) -> str:
    """`€1,299.00`, `¥12,800`, `249.00 zł`; a currency without a sign keeps its code."""
    amount = f"{price:,.{_DECIMALS.get(currency, 2)}f}"
    sign = _SIGNS.get(currency)
    if sign is None:
        return f"{currency}\N{NO-BREAK SPACE}{amount}"
    return f"{amount}\N{NO-BREAK SPACE}{sign}" if currency in _AFTER else f"{sign}{amount}"
