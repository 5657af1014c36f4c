/** Trained networks at work; start at {@link org.resnet4j.infer.Classifier}. */
@NullMarked
package org.resnet4j.infer;

import org.jspecify.annotations.NullMarked;
