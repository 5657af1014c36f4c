/**
 * Pixels: decoded as Pillow decodes them, resized as Pillow resizes them, cut, and encoded.
 *
 * <p>Start at {@link org.resnet4j.data.image.ImageDecoder} and {@link
 * org.resnet4j.data.image.Resize}.
 */
@NullMarked
package org.resnet4j.data.image;

import org.jspecify.annotations.NullMarked;
