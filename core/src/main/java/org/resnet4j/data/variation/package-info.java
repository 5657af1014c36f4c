/**
 * What becomes of training images besides crops and flips: colours, policies of random operations,
 * erased places; the bytes of Pillow's operations as torchvision uses them.
 *
 * <p>Start at {@link org.resnet4j.data.variation.Variety}.
 */
@NullMarked
package org.resnet4j.data.variation;

import org.jspecify.annotations.NullMarked;
