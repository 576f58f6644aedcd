/* lanes.h  LANES before a function: compile it for wider vectors too and choose when the program is loaded.
 *
 * Lanes never mix and products are never fused (-ffp-contract=off), so every variant leaves the same bits.
 */
#ifndef KMCC_LANES_H
#define KMCC_LANES_H

#include <stddef.h>  /* makes the C library name itself */

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) \
    && !defined(__SANITIZE_ADDRESS__)
#define LANES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define LANES
#endif

#endif
