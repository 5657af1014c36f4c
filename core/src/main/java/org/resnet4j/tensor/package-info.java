/**
 * The boundary to native code: start-up and threads, devices, precision, values in and out.
 *
 * <p>Whoever touches a tensor calls {@link org.resnet4j.tensor.Engine#start} first.
 */
@NullMarked
package org.resnet4j.tensor;

import org.jspecify.annotations.NullMarked;
