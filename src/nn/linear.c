/* linear.c: see linear.h. */
#include "nn/linear.h"

void linear_forward(const struct linear_job *job) {
    kernels()->gemm(&(struct kernel_gemm){
        .m = job->rows,
        .n = job->out,
        .k = job->in,
        .a = job->x.data,
        .a_row = job->x.stride,
        .a_column = 1,
        .b = job->weight,
        .b_row = job->weight_stride ? job->weight_stride : job->out,
        .c = job->y.data,
        .c_row = job->y.stride,
        .bias = job->bias,
        .accumulate = job->accumulate,
        .activation = job->activation,
    });
}

void linear_backward_input(const struct linear_job *job) { linear_forward(job); }

void linear_backward_weight(const struct linear_gradient *job) {
    kernels()->gemm(&(struct kernel_gemm){
        .m = job->end - job->begin,
        .n = job->out,
        .k = job->rows,
        .a = job->x.data + job->begin,
        .a_row = 1,
        .a_column = job->x.stride,
        .b = job->dy.data,
        .b_row = job->dy.stride,
        .c = job->gradient + job->begin * job->out,
        .c_row = job->out,
        .accumulate = job->accumulate,
    });
}

void linear_backward_bias(const struct linear_gradient *job) {
    static const real one = 1;
    kernels()->gemm(&(struct kernel_gemm){
        .m = 1,
        .n = job->out,
        .k = job->rows,
        .a = &one, /* a row of ones: both strides are 0 */
        .b = job->dy.data,
        .b_row = job->dy.stride,
        .c = job->gradient,
        .c_row = job->out,
        .accumulate = job->accumulate,
    });
}

void linear_backward_relu(real *dy, const real *y, size_t count, real scale) {
    for (size_t i = 0; i < count; i++)
        dy[i] = y[i] > 0 ? dy[i] * scale : 0;
}
