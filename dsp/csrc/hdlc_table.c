/* hdlc_table.c  See hdlc_table.h. */
#include "hdlc_table.h"

/* What one octet does in one state, by its bits. */
static struct hdlc_entry make_entry(uint8_t ones, uint8_t octet)
{
	struct hdlc_entry e = {.ones = ones};

	for (int place = 7; place >= 0; place--) {
		const int bit = octet >> place & 1;
		uint8_t  *bits = e.kind == HDLC_FLAG ? &e.bits_after : &e.bits;
		uint8_t  *count = e.kind == HDLC_FLAG ? &e.count_after : &e.count;

		if (bit && e.ones < HDLC_ABORTED) {
			e.ones++;
			if (e.ones == HDLC_ABORTED)
				e.kind = HDLC_BITS;
		}
		if ((bit && e.ones <= 5) || (!bit && e.ones < 5)) {
			*bits = (uint8_t)(*bits | bit << *count);
			*count += 1;
		}
		if (!bit && e.ones == 6)
			e.kind = e.kind == HDLC_PLAIN ? HDLC_FLAG : HDLC_BITS;
		if (!bit)
			e.ones = 0;
		if (e.kind == HDLC_BITS)
			return e;
	}
	return e;
}

void hdlc_table_init(struct hdlc_entry table[HDLC_STATES][256])
{
	for (uint32_t ones = 0; ones < HDLC_STATES; ones++)
		for (uint32_t octet = 0; octet < 256; octet++)
			table[ones][octet] = make_entry((uint8_t)ones, (uint8_t)octet);
}
