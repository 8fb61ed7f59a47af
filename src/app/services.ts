// The rooms' services, bound to one workspace: what a command may use.
export interface Services {
  placeholder: never
}
