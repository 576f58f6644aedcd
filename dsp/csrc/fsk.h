/* fsk.h  1200 Bd frequency shift keying, Bell 202 and V.23 channel 1, in start-stop octets: caller ID (YD/T 1277.1).
 *
 * The sender; the receivers are detectors of the listener (fsk.c), one a standard.
 */
#ifndef KMCC_FSK_H
#define KMCC_FSK_H

#include <stddef.h>
#include <stdint.h>

enum fsk_standard { FSK_BELL202, FSK_V23, FSK_STANDARDS };

/* One burst to send: alternate bits (space first), marks, octets of start, 8 bits from the lowest and stop, marks. */
struct fsk_burst {
	uint32_t       standard;
	uint32_t       seizure;       /* bits of channel seizure */
	uint32_t       marks;         /* bits before the octets */
	uint32_t       stuffing;      /* more mark bits after each octet */
	uint32_t       closing;       /* mark bits after the last octet */
	float          mark_dbm0;
	float          space_dbm0;
	uint32_t       count;         /* of octets */
	const uint8_t *octets;        /* alive as long as the sender */
};

struct fsk_sender {
	struct fsk_burst burst;
	float            peak[2];     /* of space and mark */
	uint32_t         step[2];     /* phase in a 24th of a sample */
	uint32_t         phase;
	uint32_t         left;        /* of the present bit, in 24ths of a sample */
	uint32_t         bit;         /* the present one */
	uint32_t         bits;        /* of the burst */
};

uint32_t fsk_burst_samples(const struct fsk_burst *burst);
void     fsk_sender_init(struct fsk_sender *s, const struct fsk_burst *burst);
size_t   fsk_send(struct fsk_sender *s, int16_t *pcm, size_t samples);  /* fewer at the end of the burst */

#endif
