/**
 * Networks alive: parameters, forward and backward passes, probes.
 *
 * <p>Start at {@link org.resnet4j.nn.LiveNetwork}, the interpreter of {@link
 * org.resnet4j.arch.Network} with autograd.
 */
@NullMarked
package org.resnet4j.nn;

import org.jspecify.annotations.NullMarked;
