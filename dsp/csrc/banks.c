/* banks.c  See detectors.h. */
#include "banks.h"

enum { FORWARD = 1, BACKWARD };

size_t banks_size(uint32_t which, size_t ports)
{
	(void)which;
	return mfc_size(ports);
}

void banks_init(struct banks *d, uint32_t which, void *memory, size_t ports)
{
	switch (which) {
	case FORWARD:
		d->forward = mfc_init(memory, ports, 0);
		break;
	default:
		d->backward = mfc_init(memory, ports, 1);
		break;
	}
	d->users[which] = 0;
}

void banks_enable(struct banks *d, uint32_t which, size_t port, int on)
{
	if (on)
		d->users[which]++;
	else
		d->users[which]--;
	switch (which) {
	case FORWARD:
		mfc_enable(d->forward, port, on);
		break;
	default:
		mfc_enable(d->backward, port, on);
		break;
	}
}

size_t banks_feed(struct banks *d, uint32_t which, const int16_t *pcm, size_t samples, struct detection *out,
                      size_t room)
{
	if (d->users[which] == 0)
		return 0;
	switch (which) {
	case FORWARD:
		return mfc_feed(d->forward, pcm, samples, out, room);
	default:
		return mfc_feed(d->backward, pcm, samples, out, room);
	}
}
