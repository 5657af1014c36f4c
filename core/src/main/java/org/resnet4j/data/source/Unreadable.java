package org.resnet4j.data.source;

/** What to do about an image that cannot be decoded. */
public enum Unreadable {
  /** Fail when the image is read, naming it. */
  FAIL,
  /** Decode everything when the data set is opened; leave out, count and name what fails. */
  SKIP
}
