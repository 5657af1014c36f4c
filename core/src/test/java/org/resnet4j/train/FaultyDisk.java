package org.resnet4j.train;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A real folder seen through a file system that fails where a test wants it to.
 *
 * <p>{@link #at} gives the folder; whatever is done through that path and those derived from it
 * asks the faults first. A write asks when its first half is done, so that a fault leaves it torn.
 */
final class FaultyDisk extends FileSystem {
  private final FileSystem real;
  private final Faults faults;
  private final Provider provider;

  /** Throws where something shall fail. */
  @FunctionalInterface
  interface Faults {
    void before(String operation, Path file) throws IOException;
  }

  private FaultyDisk(FileSystem real, Faults faults) {
    this.real = real;
    this.faults = faults;
    this.provider = new Provider(real.provider());
  }

  static Path at(Path folder, Faults faults) {
    return new FaultyDisk(folder.getFileSystem(), faults).wrap(folder.toAbsolutePath());
  }

  private interface Wrapped {
    Path real();
  }

  private Path wrap(Path path) {
    return (Path)
        Proxy.newProxyInstance(
            FaultyDisk.class.getClassLoader(),
            new Class<?>[] {Path.class, Wrapped.class},
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "real":
                  return path;
                case "getFileSystem":
                  return this;
                case "equals":
                  return unwrap(arguments[0]).equals(path);
                default:
              }
              Object[] plain = arguments == null ? new Object[0] : arguments.clone();
              for (int i = 0; i < plain.length; i++) {
                plain[i] = unwrap(plain[i]);
              }
              try {
                Object result = method.invoke(path, plain);
                return result instanceof Path other ? wrap(other) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static Object unwrap(Object object) {
    return object instanceof Wrapped wrapped ? wrapped.real() : object;
  }

  private static Path real(Path path) {
    return (Path) unwrap(path);
  }

  private final class Provider extends FileSystemProvider {
    private final FileSystemProvider under;

    Provider(FileSystemProvider under) {
      this.under = under;
    }

    @Override
    public String getScheme() {
      return "faulty";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> env) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
      return FaultyDisk.this;
    }

    @Override
    public Path getPath(URI uri) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileChannel newFileChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      faults.before("open", path);
      return new Channel(path, under.newFileChannel(real(path), options, attributes));
    }

    @Override
    public SeekableByteChannel newByteChannel(
        Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
        throws IOException {
      return newFileChannel(path, options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(
        Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
      faults.before("list", folder);
      DirectoryStream<Path> files =
          under.newDirectoryStream(real(folder), path -> filter.accept(wrap(path)));
      return new DirectoryStream<>() {
        @Override
        public Iterator<Path> iterator() {
          Iterator<Path> next = files.iterator();
          return new Iterator<>() {
            @Override
            public boolean hasNext() {
              return next.hasNext();
            }

            @Override
            public Path next() {
              return wrap(next.next());
            }
          };
        }

        @Override
        public void close() throws IOException {
          files.close();
        }
      };
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
      faults.before("make", folder);
      under.createDirectory(real(folder), attributes);
    }

    @Override
    public void delete(Path path) throws IOException {
      faults.before("delete", path);
      under.delete(real(path));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
      faults.before("copy", target);
      under.copy(real(source), real(target), options);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
      faults.before("move", target);
      under.move(real(source), real(target), options);
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
      return under.isSameFile(real(path), real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
      return under.isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
      return under.getFileStore(real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
      under.checkAccess(real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(
        Path path, Class<V> type, LinkOption... options) {
      return under.getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(
        Path path, Class<A> type, LinkOption... options) throws IOException {
      return under.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
        throws IOException {
      return under.readAttributes(real(path), names, options);
    }

    @Override
    public void setAttribute(Path path, String name, Object value, LinkOption... options)
        throws IOException {
      under.setAttribute(real(path), name, value, options);
    }
  }

  private final class Channel extends FileChannel {
    private final Path path;
    private final FileChannel under;

    Channel(Path path, FileChannel under) {
      this.path = path;
      this.under = under;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      int count = source.remaining();
      int end = source.limit();
      source.limit(source.position() + count / 2);
      while (source.hasRemaining()) {
        under.write(source);
      }
      faults.before("write", path);
      source.limit(end);
      while (source.hasRemaining()) {
        under.write(source);
      }
      return count;
    }

    @Override
    public void force(boolean metadata) throws IOException {
      faults.before("force", path);
      under.force(metadata);
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      return under.read(target);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return under.read(target, position);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
      return under.read(targets, offset, length);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer source, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long position() throws IOException {
      return under.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
      under.position(position);
      return this;
    }

    @Override
    public long size() throws IOException {
      return under.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      faults.before("truncate", path);
      under.truncate(size);
      return this;
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
      return under.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return under.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      under.close();
    }
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    // The real one stays open.
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return real.getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of();
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return real.getFileStores();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return real.supportedFileAttributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    return wrap(real.getPath(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    PathMatcher matcher = real.getPathMatcher(pattern);
    return path -> matcher.matches(real(path));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return real.getUserPrincipalLookupService();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }
}
