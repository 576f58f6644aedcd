/* level.h  dBm0, phase and sine, computed alike on every machine (no libm call whose last bit may differ).
 *
 * A full-scale sine, peak 32768, is +3.14 dBm0 (G.711 table 5 for A-law).
 */
#ifndef KMCC_LEVEL_H
#define KMCC_LEVEL_H

#include <stdint.h>

#define LEVEL_RATE_HZ 8000.0

float    level_peak(float dbm0);      /* of a sine of that level; 32768 = full scale */
float    level_power(float dbm0);     /* mean square of such a sine */
int32_t  level_centi_dbm0(float power);  /* of a mean square, in 0.01 dBm0; -9999 for none */
uint32_t level_step(float hz);        /* phase gained in a sample; 2^32 = one turn */
float    level_sine(uint32_t phase);  /* error below 1e-6 */

#endif
