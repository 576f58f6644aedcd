/* detectors.c  See detectors.h. */
#include "detectors.h"

enum { DTMF, FORWARD, BACKWARD, PROGRESS, VOICE };

size_t detectors_size(uint32_t which, size_t ports)
{
	switch (which) {
	case DTMF:
		return dtmf_size(ports);
	case FORWARD:
	case BACKWARD:
		return mfc_size(ports);
	case PROGRESS:
		return progress_size(ports);
	default:
		return voice_size(ports);
	}
}

void detectors_init(struct detectors *d, uint32_t which, void *memory, size_t ports)
{
	switch (which) {
	case DTMF:
		d->dtmf = dtmf_init(memory, ports);
		break;
	case FORWARD:
		d->forward = mfc_init(memory, ports, 0);
		break;
	case BACKWARD:
		d->backward = mfc_init(memory, ports, 1);
		break;
	case PROGRESS:
		d->progress = progress_init(memory, ports);
		break;
	default:
		d->voice = voice_init(memory, ports);
		break;
	}
	d->users[which] = 0;
}

void detectors_enable(struct detectors *d, uint32_t which, size_t port, int on)
{
	if (on)
		d->users[which]++;
	else
		d->users[which]--;
	switch (which) {
	case DTMF:
		dtmf_enable(d->dtmf, port, on);
		break;
	case FORWARD:
		mfc_enable(d->forward, port, on);
		break;
	case BACKWARD:
		mfc_enable(d->backward, port, on);
		break;
	case PROGRESS:
		progress_enable(d->progress, port, on);
		break;
	default:
		voice_enable(d->voice, port, on);
		break;
	}
}

size_t detectors_feed(struct detectors *d, uint32_t which, const int16_t *pcm, size_t samples, struct detection *out,
                      size_t room)
{
	if (d->users[which] == 0)
		return 0;
	switch (which) {
	case DTMF:
		return dtmf_feed(d->dtmf, pcm, samples, out, room);
	case FORWARD:
		return mfc_feed(d->forward, pcm, samples, out, room);
	case BACKWARD:
		return mfc_feed(d->backward, pcm, samples, out, room);
	case PROGRESS:
		return progress_feed(d->progress, pcm, samples, out, room);
	default:
		return voice_feed(d->voice, pcm, samples, out, room);
	}
}
