"""Rows as a change stream of Debezium and the export of an ERP have them."""

DEBEZIUM = [
    {
        "schema": {"type": "struct"},
        "payload": {
            "op": op,
            "ts_ms": 1772350000123,
            "before": None,
            "after": {
                "id": 7781,
                "customer_id": 42,
                "status": status,
                "total_cents": 128050,
                "currency": None,
                "paid_at": 1772328600000000,
            },
        },
    }
    for op, status in (("c", "open"), ("u", "paid"), ("u", "cancelled"))
]
DEBEZIUM.append({"schema": None, "payload": {"op": "d", "before": {"id": 7781}, "after": None}})

ERP = """\ufeffBOOKING_NO,KIND,ORDER_NO,CUSTOMER_NO,BOOKED_AT,NET_AMOUNT,CURRENCY,DUE_DATE
1,SALE,A-1,K7,2026-03-01 09:30:00,1280.50,CNY,
2,RETURN,A-1,K7,2026-03-05T10:00:00+08:00,-80.5,CNY,
3,PAYMENT,A-1,K7,2026-03-20,1200,CNY,2026-03-31
4,FREIGHT,A-1,K7,2026-03-01 09:30:00,20,CNY,
5,SALE,A-2,K7,tomorrow,20,CNY,
6,SALE,A-3,,2026-03-01 09:30:00,20,CNY,
7,SALE,A-4,K8,2026-03-01 09:30:00,plenty,CNY,
"""
