package org.resnet4j.report;

/**
 * A test image that the network takes for another class.
 *
 * @param png the image, as the bytes of a PNG file
 * @param truth the label of its class
 * @param predicted the label the network gives it
 * @param probability of that prediction, a fraction of 1
 * @param description which image it is, e.g. its file or its number in the test set
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; nobody compares two of them
public record WrongImage(
    byte[] png, String truth, String predicted, double probability, String description) {}
