"""What Endcap is measured beside: libraries in this process, holding the same items."""
