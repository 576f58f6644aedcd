/* hdlc_table.h  What an octet of the line is to the receiver of hdlc.h, after every number of marks.
 *
 * An entry tells which bits remain without the stuffed ones, and whether a flag ends in the octet.  Where more happens
 * (an abort, two flags with one zero) it only says so.
 */
#ifndef KMCC_HDLC_TABLE_H
#define KMCC_HDLC_TABLE_H

#include <stdint.h>

#define HDLC_ABORTED 7u /* marks in a row, or more: no frame is open */
#define HDLC_STATES  (HDLC_ABORTED + 1u)

/* Collected bits alone; one flag among them; more, so that the bits must be taken one by one. */
enum hdlc_kind { HDLC_PLAIN, HDLC_FLAG, HDLC_BITS };

struct hdlc_entry {
	uint8_t bits;   /* collected, up to the flag; the first one lowest */
	uint8_t count;
	uint8_t bits_after;
	uint8_t count_after;
	uint8_t ones;   /* afterwards */
	uint8_t kind;
	uint8_t padding[2];
};

void hdlc_table_init(struct hdlc_entry table[HDLC_STATES][256]);

#endif
