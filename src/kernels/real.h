/* real.h: the number type of kernels and layers: float; in the builds that check gradients, double.
 *
 * A finite difference in float cannot see an error of 0.05 %, in double it sees 1e-9. So
 * kernels/scalar.c, nn/ and the neural models are compiled a second time with -DMATINEE_REAL_DOUBLE
 * for tests only; there only the scalar kernels exist. It lies here, below nn/, because the kernels
 * are typed by it too. */
#ifndef MATINEE_KERNELS_REAL_H
#define MATINEE_KERNELS_REAL_H

#ifdef MATINEE_REAL_DOUBLE
typedef double real;
#else
typedef float real;
#endif

#endif
