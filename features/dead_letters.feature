Feature: Dead letters
  What failed can have another life, once somebody has mended the reason. Who decided, and why,
  stands in the story; and nobody is told twice, however often it is tried.

  Rule: A replayed notification begins anew

    Scenario: The address works again
      Given the mail provider refuses the next email
      And Ada was told by email of the event "order-1"
      When the dead letters are replayed
      Then the email of "order-1" was sent at attempt 1
      And Ada has received 1 email
      And the story of "order-1" says who replayed it, and why

    Scenario: It fails again
      Given the mail provider refuses the next 2 emails
      And Ada was told by email of the event "order-1"
      When the dead letters are replayed
      Then the email of "order-1" has failed as rejected
      And there are 2 dead letters

    Scenario: Its attempts are counted anew
      Given the mail provider is busy for 5 attempts
      And Ada was told by email of the event "order-1"
      And 1 hour passes
      When the dead letters are replayed
      And 1 hour passes
      Then the email of "order-1" was sent at attempt 2

  Rule: Nobody is told twice

    Scenario: Replayed twice
      Given the mail provider refuses the next email
      And Ada was told by email of the event "order-1"
      When the dead letters are replayed
      And the dead letters are replayed
      Then Ada has received 1 email

    Scenario: Replayed by two people who saw the same list
      Given the mail provider refuses the next email
      And Ada was told by email of the event "order-1"
      When two people replay the same dead letters
      Then Ada has received 1 email

    Scenario: Looking first changes nothing
      Given the mail provider refuses the next email
      And Ada was told by email of the event "order-1"
      When somebody looks what a replay would do
      Then 1 dead letter would be replayed
      And Ada has received nothing

  Rule: What has expired stays dead, unless its expiry is ignored

    Scenario: Too late
      Given the event "sale" for Ada had expired a minute before it came
      When the dead letters are replayed
      Then the email of "sale" has failed as expired
      And there is 1 dead letter

    Scenario: Better late than never
      Given the event "sale" for Ada had expired a minute before it came
      When the dead letters are replayed, whatever their expiry
      Then the email of "sale" is sent

  Rule: A replay keeps its pace

    Scenario: One a second
      Given the mail provider refuses the next 3 emails
      And 3 people were told by email
      When the dead letters are replayed, one a second
      And 1 second passes
      Then 2 people have received 1 email

  Rule: What nobody could read is read again

    Scenario: It still means nothing
      Given an event that is cut off is published
      When the dead letters are replayed
      Then there is 1 dead letter
      And the dead letter is still unreadable

    Scenario: It was the store that did not take it
      Given the store refuses the event "order-1"
      And Ada was told by email of the event "order-1"
      When the store takes the event "order-1" again
      And the dead letters are replayed
      Then Ada has received 1 email

  Rule: What is discarded is settled, and stays readable

    Scenario: Junk
      Given an event that is cut off is published
      When the dead letters are discarded
      And the dead letters are replayed
      Then there is 1 dead letter
      And it is discarded

    Scenario: Nobody is to be told any more
      Given the mail provider refuses the next email
      And Ada was told by email of the event "order-1"
      When the dead letters are discarded
      And the dead letters are replayed
      Then Ada has received nothing
      And there is 1 dead letter
      And it is discarded
