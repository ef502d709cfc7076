// The optional package's one export, declared here so that the project compiles where its download failed.
declare module 'ffmpeg-static' {
  const path: string | null;
  export default path;
}
