/* register_dsp.h  libspandsp's MFC sender and receiver at libopenr2's interface for register tones.
 *
 * The library's own receiver wants 133 samples at once; this one takes frames of any length. A channel is given one
 * machine to hear with and one to send with; the library makes both anew for each call.
 */
#ifndef REGISTER_DSP_H
#define REGISTER_DSP_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <openr2.h>

struct register_machine {
	void *spandsp; /* NULL before the first call */
};

extern openr2_mflib_interface_t register_dsp;

void register_dsp_free(struct register_machine *reader, struct register_machine *writer);

#endif
