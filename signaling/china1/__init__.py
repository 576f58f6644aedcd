"""China No.1: digital line signalling (GB 3971.2-83) and MFC register signalling (GB 3377-82) as sans-IO tables."""
