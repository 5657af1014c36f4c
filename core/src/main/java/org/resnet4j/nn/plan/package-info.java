/**
 * A training step compiled for one shape of images: oneDNN's primitives forward and back, in memory
 * that is planned once.
 */
@NullMarked
package org.resnet4j.nn.plan;

import org.jspecify.annotations.NullMarked;
