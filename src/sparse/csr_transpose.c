/* csr_transpose.c: the transpose of a compressed-row matrix: two passes over its entries. See
 * csr.h. Apart from csr.c because it does no arithmetic: gradient checks link it. */
#include <string.h>

#include "sparse/csr.h"

struct csr csr_transpose(const struct csr *matrix, struct arena *arena) {
    size_t count = csr_count(matrix);
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, (size_t)matrix->column_count + 1);
    uint32_t *columns = ARENA_ARRAY_RAW(arena, uint32_t, count);
    float *values = matrix->values ? ARENA_ARRAY_RAW(arena, float, count) : NULL;

    /* offsets[c + 1] runs from the end of column c - 1 to the end of column c while filling. */
    for (size_t i = 0; i < count; i++)
        offsets[matrix->columns[i]]++;
    uint64_t begin = 0;
    for (size_t c = 0; c <= matrix->column_count; c++) {
        uint64_t length = offsets[c];
        offsets[c] = begin;
        begin += length;
    }
    for (uint32_t r = 0; r < matrix->row_count; r++)
        for (uint64_t i = matrix->offsets[r]; i < matrix->offsets[r + 1]; i++) {
            uint64_t place = offsets[matrix->columns[i]]++;
            columns[place] = r;
            if (values)
                values[place] = matrix->values[i];
        }
    /* Every offset has moved to the end of its row, which is where the next one begins. */
    memmove(offsets + 1, offsets, (size_t)matrix->column_count * sizeof *offsets);
    offsets[0] = 0;
    return (struct csr){matrix->column_count, matrix->row_count, offsets, columns, values};
}
